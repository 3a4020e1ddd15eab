// Runs a fuzz target over its corpus, over every single change of its structure and over a fixed set of mutations: the
// same inputs in every run, no fuzzer needed. Fails when that takes more memory or time than hostile files may cost.
#include "support/sanitized.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#if defined(__linux__)
#include <sys/resource.h>
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// The target's structure, from structure.hpp.
extern "C" std::size_t llmcalc_fuzz_deeds(const char* data, std::size_t size);
extern "C" const std::string* llmcalc_fuzz_changed(const char* data, std::size_t size, std::size_t k);

namespace {

using llmcalc::sanitized;
using Input = std::vector<std::uint8_t>;

Input read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t below(std::mt19937& random, std::size_t limit) { return limit == 0 ? 0 : random() % limit; }

/// Replaces the first run of digits from `at` on by a number that is often forgotten, so that text stays well-formed.
void change_number(Input& input, std::size_t at, std::mt19937& random) {
  static constexpr std::array<std::string_view, 12> numbers{
      "0",  "1", "2", "3", "-1", "7", "65536", "65537", "4294967296", "9223372036854775807", "18446744073709551615",
      "1.5"};
  const auto is_digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
  const auto from = std::find_if(input.begin() + static_cast<std::ptrdiff_t>(at), input.end(), is_digit);
  const auto to = std::find_if_not(from, input.end(), is_digit);
  const std::string_view number = numbers[below(random, numbers.size())];
  const auto place = input.erase(from, to);
  input.insert(place, number.begin(), number.end());
}

/// One to four edits: overwrite, flip a bit, cut, repeat a piece, splice with another input, or change a number.
Input mutated(const Input& input, const Input& other, std::mt19937& random) {
  Input result = input;
  for (std::size_t edits = 1 + below(random, 4); edits > 0; --edits) {
    const std::size_t at = below(random, result.size());
    const std::size_t length = std::min<std::size_t>(below(random, 32), result.size() - at);
    const auto offset = static_cast<std::ptrdiff_t>(at);
    const auto end = static_cast<std::ptrdiff_t>(at + length);
    switch (below(random, 8)) {
      case 0:
        for (std::size_t i = at; i < at + length; ++i) result[i] = static_cast<std::uint8_t>(random());
        break;
      case 1:
        if (!result.empty()) result[at] = static_cast<std::uint8_t>(result[at] ^ (1U << below(random, 8)));
        break;
      case 2: result.erase(result.begin() + offset, result.begin() + end); break;
      case 3: {
        const Input piece(result.begin() + offset, result.begin() + end);
        result.insert(result.begin() + offset, piece.begin(), piece.end());
        break;
      }
      case 4: {
        const std::size_t from = below(random, other.size());
        result.resize(at);
        result.insert(result.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
        break;
      }
      default: change_number(result, at, random);
    }
  }
  return result;
}

/// What the readers may ever hold and how long one input may take. Sanitizers need several times as much for themselves.
constexpr long most_megabytes = sanitized ? 2048 : 256;
constexpr double most_seconds = sanitized ? 20 : 1;

/// The input that is being tried, for keep_input().
std::string_view current;

/// Writes an input to a file, so that it can be tried alone.
void keep(std::string_view input, const char* name) {
  std::FILE* const file = std::fopen(name, "wb");
  if (file == nullptr) return;
  (void)std::fwrite(input.data(), 1, input.size(), file);
  (void)std::fclose(file);
  std::fprintf(stderr, "the input is in %s\n", name);
}

/// Keeps the current input before the program ends by a signal.
extern "C" void keep_input(int signal) {
  keep(current, "replay-crash");
  (void)std::signal(signal, SIG_DFL);
  (void)std::raise(signal);
}

/// The most memory this process has held; 0 where the system does not tell.
long peak_megabytes() {
#if defined(__linux__)
  rusage usage{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): the C library's own field
  return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss / 1024 : 0;
#else
  return 0;
#endif
}

/// An input that takes all memory ends this process, not the computer's others. Sanitizers reserve more than there is.
void limit_memory() {
#if defined(__linux__)
  const rlimit most{std::uint64_t{1} << 30, std::uint64_t{1} << 30};
  if (!sanitized) (void)setrlimit(RLIMIT_AS, &most);
#endif
}

/// For the address sanitizer, which keeps what was freed to notice its use: more than any input frees. The usual 256 MB
/// double the time.
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the sanitizer's name
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=16"; }

/// Runs the target and keeps the slowest input, in seconds of the processor.
class Runner {
 public:
  void run(std::string_view input) {
    current = input;
    const std::clock_t before = std::clock();
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    const double taken = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    if (taken > std::max(slowest_, most_seconds)) keep(input, "replay-slow");
    slowest_ = std::max(slowest_, taken);
    if (!large_ && peak_megabytes() > most_megabytes) {
      large_ = true;
      keep(input, "replay-large");
    }
    ++inputs_;
  }
  [[nodiscard]] double slowest() const { return slowest_; }
  [[nodiscard]] std::size_t inputs() const { return inputs_; }

 private:
  double slowest_ = 0;
  bool large_ = false;
  std::size_t inputs_ = 0;
};

std::string_view text_of(const Input& input) { return {reinterpret_cast<const char*>(input.data()), input.size()}; }

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() < 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER [MUTATIONS]\n", arguments[0]);
    return 2;
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Input> corpus{Input{}};
  for (const auto& path : paths) corpus.push_back(read(path));
  if (corpus.size() < 2) {
    std::fprintf(stderr, "%s holds no inputs\n", arguments[1]);
    return 1;
  }
  limit_memory();
  if (!sanitized) {
    for (const int signal : {SIGABRT, SIGFPE, SIGSEGV}) (void)std::signal(signal, keep_input);
  }
  Runner runner;
  for (const Input& input : corpus) runner.run(text_of(input));
  const unsigned long mutations = arguments.size() > 2 ? std::stoul(arguments[2]) : sanitized ? 700 : 20000;
  std::mt19937 random(20261122);  // a fixed seed: a failure must repeat
  // Every change of structure, or, where there are more than asked for, evenly spread ones.
  std::size_t deeds = 0;
  for (const Input& input : corpus) deeds += llmcalc_fuzz_deeds(text_of(input).data(), input.size());
  const std::size_t step = std::max<std::size_t>(deeds / std::max<std::size_t>(mutations, 1), 1);
  for (const Input& input : corpus) {
    const std::string_view text = text_of(input);
    const std::size_t n = llmcalc_fuzz_deeds(text.data(), text.size());
    for (std::size_t k = below(random, step); k < n; k += step) {
      runner.run(*llmcalc_fuzz_changed(text.data(), text.size(), k));
    }
  }
  const std::size_t structural = runner.inputs() - corpus.size();
  for (unsigned long i = 0; i < mutations; ++i) {
    const Input& seed = corpus[below(random, corpus.size())];
    Input input = mutated(seed, corpus[below(random, corpus.size())], random);
    // A second change on top: of structure where bytes were changed, so that both kinds meet.
    if (const std::size_t n = llmcalc_fuzz_deeds(text_of(input).data(), input.size()); n > 0 && i % 2 == 0) {
      const std::string text = *llmcalc_fuzz_changed(text_of(input).data(), input.size(), below(random, n));
      input.assign(text.begin(), text.end());
    }
    runner.run(text_of(input));
  }
  const long peak = peak_megabytes();
  std::printf(
      "%zu inputs of the corpus, %zu changes of structure, %lu mutations: no crash, at most %ld MB and %.2f s\n",
      corpus.size(), structural, mutations, peak, runner.slowest());
  return peak > most_megabytes || runner.slowest() > most_seconds ? 1 : 0;
}

/// libFuzzer's own edits, for the custom mutators of the targets; replays make theirs above.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) { return size; }
