// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace multiprocessing::mpi::internal {

// What one MPI message is between couriers.
enum class PieceKind : std::uint32_t {
  open,      // rank 0 has made a stream
  data,      // bytes of a stream
  end,       // nothing more comes on a stream, and nobody reads it
  beat,      // rank 0 lives
  over,      // rank 0: the program ends
  done,      // the answer to `over`
  finalize,  // rank 0: all have answered
  leave,     // rank 0: not all have answered, and MPI_Finalize would wait for those
  gone,      // this rank ends before the program
};

// A stream is what passes between a pool and its agent on one host, both ways. Rank 0 numbers them.
struct PieceHeader {
  std::uint32_t stream = 0;
  PieceKind kind = PieceKind::data;
};

// A header and the bytes behind it, as MPI sends them.
class Piece {
 public:
  Piece() = default;
  explicit Piece(std::size_t payload_bytes)
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(sizeof(PieceHeader) + payload_bytes)),
        size_bytes_(sizeof(PieceHeader) + payload_bytes) {}
  explicit Piece(const PieceHeader& header) : Piece(std::size_t{0}) { set_header(header); }

  void set_header(const PieceHeader& header) { std::memcpy(bytes_.get(), &header, sizeof header); }
  PieceHeader header() const {
    PieceHeader header;
    std::memcpy(&header, bytes_.get(), sizeof header);
    return header;
  }
  void shrink(std::size_t payload_bytes) { size_bytes_ = sizeof(PieceHeader) + payload_bytes; }
  std::span<std::byte> payload() const { return all().subspan(sizeof(PieceHeader)); }
  std::span<std::byte> all() const { return {bytes_.get(), size_bytes_}; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_bytes_ = 0;
};

}  // namespace multiprocessing::mpi::internal
