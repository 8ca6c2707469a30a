// SPDX-License-Identifier: MIT
#include "shm/mapping.hpp"

#include "os/memory_file.hpp"

#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/exceptions.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace multiprocessing::detail {
namespace {

std::size_t whole_pages(std::size_t size_bytes) {
  const std::size_t page_bytes = boost::interprocess::mapped_region::get_page_size();
  return (size_bytes + page_bytes - 1) / page_bytes * page_bytes;
}

// What Boost.Interprocess maps: anything with a handle.
struct MappedFile {
  int fd;
  boost::interprocess::mapping_handle_t get_mapping_handle() const noexcept { return {fd, false}; }
};

// -1: memory that has no descriptor.
boost::interprocess::mapped_region map(int fd, std::size_t size_bytes) {
  try {
    if (fd < 0) return boost::interprocess::anonymous_shared_memory(size_bytes);
    return {MappedFile{fd}, boost::interprocess::read_write, 0, size_bytes};
  } catch (const boost::interprocess::interprocess_exception& error) {
    throw std::system_error(error.get_native_error(), std::system_category(),
                            "cannot map " + std::to_string(size_bytes) + " bytes of shared memory");
  }
}

}  // namespace

SharedMapping::SharedMapping(std::size_t size_bytes, Sharing sharing)
    : descriptor_(sharing == Sharing::by_descriptor ? make_memory_file(whole_pages(size_bytes)) : UniqueFd()),
      region_(map(descriptor_.get(), whole_pages(size_bytes))) {}

SharedMapping::SharedMapping(UniqueFd of_another_process, std::size_t size_bytes)
    : descriptor_(std::move(of_another_process)), region_(map(descriptor_.get(), whole_pages(size_bytes))) {
  close_descriptor();
}

}  // namespace multiprocessing::detail
