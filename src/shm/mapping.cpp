// SPDX-License-Identifier: MIT
#include "shm/mapping.hpp"

#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/exceptions.hpp>

#include <string>
#include <system_error>

namespace multiprocessing::detail {
namespace {

std::size_t whole_pages(std::size_t size_bytes) {
  const std::size_t page_bytes = boost::interprocess::mapped_region::get_page_size();
  return (size_bytes + page_bytes - 1) / page_bytes * page_bytes;
}

boost::interprocess::mapped_region map(std::size_t size_bytes) {
  try {
    return boost::interprocess::anonymous_shared_memory(size_bytes);
  } catch (const boost::interprocess::interprocess_exception& error) {
    throw std::system_error(error.get_native_error(), std::system_category(),
                            "cannot map " + std::to_string(size_bytes) + " bytes of shared memory");
  }
}

}  // namespace

SharedMapping::SharedMapping(std::size_t size_bytes) : region_(map(whole_pages(size_bytes))) {}

}  // namespace multiprocessing::detail
