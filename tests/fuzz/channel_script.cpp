// SPDX-License-Identifier: MIT
#include "fuzz/channel_script.hpp"

#include "shm/channel_words.hpp"
#include "shm/frame.hpp"

namespace multiprocessing::tests {
namespace {

using detail::Phase;
using detail::PieceKind;

constexpr std::uint32_t pid = 4711;
constexpr std::uint8_t same = 0;
constexpr std::uint8_t fixed = 0, timed_text = 1, cancellable = 2, with_state = 3, timed_fixed = 4;

ScriptWriter started() { return ScriptWriter()(Step::start, pid)(Step::collect); }

std::uint8_t one_byte(PieceKind kind) { return static_cast<std::uint8_t>(kind); }

// One text of eight bytes: its length, and 'x'.
ScriptWriter& answer_text(ScriptWriter& script, PieceKind kind = PieceKind::value) {
  return script(Step::run, same, Phase::running)(Step::run, same, Phase::done)(
      Step::answer, one_byte(kind), std::uint16_t{9}, std::uint64_t{1}, std::uint8_t{'x'});
}

}  // namespace

std::vector<Input> channel_scripts() {
  std::vector<Input> all;
  const auto size = [](int bytes) { return static_cast<std::uint16_t>(bytes); };
  const auto count = [](int items) { return static_cast<std::uint8_t>(items); };

  all.push_back(started()(Step::offer, fixed, count(20), size(0))(Step::claim, count(1))(
                    Step::answer_more, count(12))(Step::collect)(Step::look)(Step::answer_more, count(8))(Step::collect)
                    .script);
  {
    ScriptWriter script = started()(Step::offer, timed_text, count(3), size(20));
    script(Step::offer, with_state, count(2), size(100))(Step::offer, cancellable, count(2), size(0));
    script(Step::arm, count(15))(Step::claim, count(2));
    answer_text(answer_text(script), PieceKind::exception)(Step::collect)(Step::recall)(Step::look);
    answer_text(script)(Step::collect)(Step::offer_again)(Step::claim, count(9));
    script(Step::run, same, Phase::encoding)(Step::answer, one_byte(PieceKind::part), size(40));
    script(Step::answer, one_byte(PieceKind::void_parts), size(0))(Step::collect);
    answer_text(script, PieceKind::exception)(Step::collect)(Step::run, same, Phase::decoding)(Step::bury);
    all.push_back(script.script);
  }
  {  // it is outrun, and another one cancelled
    ScriptWriter script = started()(Step::offer, timed_fixed, count(5), size(0))(Step::claim, count(1));
    script(Step::run, same, Phase::running)(Step::condemn, same)(Step::recall)(Step::bury);
    script(Step::start, pid)(Step::collect)(Step::offer_again)(Step::offer, cancellable, count(3), size(0));
    script(Step::claim, count(2))(Step::answer_more, count(4))(Step::collect)(Step::run, same, Phase::decoding);
    script(Step::cancel, cancellable)(Step::bury)(Step::start, pid)(Step::offer_again);
    all.push_back(script.script);
  }
  {  // a message larger than the ring is on its way
    ScriptWriter script = started()(Step::offer, timed_text, count(3), size(2000))(Step::claim, count(1));
    for (int round = 0; round != 4; ++round) script(Step::consume, same)(Step::stream)(Step::arm, count(7));
    for (int lap = 0; lap != 6; ++lap) {
      script(Step::answer, one_byte(PieceKind::part), size(1000))(Step::collect);
    }
    answer_text(script)(Step::lap)(Step::commit, same)(Step::collect)(Step::run, same, Phase::running)(Step::bury);
    all.push_back(script.script);
  }
  all.push_back(started()(Step::leave)(Step::claim, count(1))(Step::collect)(Step::bury).script);
  all.push_back(ScriptWriter()(Step::answer, one_byte(PieceKind::part), size(30))(
                    Step::answer, one_byte(PieceKind::start_failed), size(30))(Step::collect)
                    .script);
  all.push_back(
      started()(Step::offer, fixed, count(63), size(0))(Step::claim, count(1))(
          Step::piece, std::uint32_t{0}, std::uint32_t{8}, count(8), std::uint64_t{14})(Step::commit, same)(
          Step::store, count(0), std::uint64_t{1})(Step::garbage, size(64), count(8), std::uint64_t{8})(Step::collect)
          .script);
  return all;
}

}  // namespace multiprocessing::tests
