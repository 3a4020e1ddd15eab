# Builds for 64-bit Windows on Debian or Ubuntu with mingw-w64; tests run under wine where it is installed.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(prefix x86_64-w64-mingw32)
# The threads of the C++ library need the variant that is built on POSIX threads.
set(CMAKE_C_COMPILER ${prefix}-gcc-posix)
set(CMAKE_CXX_COMPILER ${prefix}-g++-posix)
set(CMAKE_RC_COMPILER ${prefix}-windres)
set(CMAKE_FIND_ROOT_PATH /usr/${prefix})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# A program that starts on a Windows without any of this.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
find_program(wine NAMES wine64 wine PATHS /usr/lib/wine NO_CACHE)
if(wine)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${wine})
endif()
