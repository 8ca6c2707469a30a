// SPDX-License-Identifier: MIT
#include "codec/interned_text.hpp"

#include <atomic>
#include <cstddef>
#include <memory>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t most_texts = 1000;
constexpr std::size_t longest_text_bytes = std::size_t{64} << 10;

struct InternedText {
  std::string text;
  InternedText* next;
  std::size_t number;  // the number of texts in the rest of the list, this one included
};

constinit std::atomic<InternedText*> newest = nullptr;

}  // namespace

const char* interned_text(const std::string& text) {
  if (text.size() > longest_text_bytes) return nullptr;

  std::unique_ptr<InternedText> added;
  // Acquire: the texts in the list were written before. Pairs with the release below.
  InternedText* first = newest.load(std::memory_order_acquire);
  for (;;) {
    for (const InternedText* kept = first; kept != nullptr; kept = kept->next) {
      if (kept->text == text) return kept->text.c_str();
    }
    const std::size_t number = first == nullptr ? 1 : first->number + 1;
    if (number > most_texts) return nullptr;

    if (!added) added = std::make_unique<InternedText>(InternedText{text, nullptr, 0});
    added->next = first;
    added->number = number;
    // Release: the text is written before it can be found. Acquire: another one may have come first.
    if (newest.compare_exchange_strong(first, added.get(), std::memory_order_release, std::memory_order_acquire)) {
      return added.release()->text.c_str();
    }
  }
}

}  // namespace multiprocessing::detail
