#include "host/console.hpp"

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <cstdio>
#include <fcntl.h>
#include <initializer_list>
#include <io.h>
#include <windows.h>
#endif

namespace llmcalc::host {

void plain_streams() {
#if defined(_WIN32)
  for (std::FILE* const stream : {stdin, stdout}) (void)_setmode(_fileno(stream), _O_BINARY);
  (void)SetConsoleOutputCP(CP_UTF8);
#endif
}

}  // namespace llmcalc::host
