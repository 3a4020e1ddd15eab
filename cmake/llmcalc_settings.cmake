# How our own code is compiled. Nothing here reaches a project that only uses llmcalc::core.

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_CXX_EXTENSIONS OFF)

  # One cache for every build folder and clone: paths are taken relative to the sources. The sloppiness is what ccache
  # asks for before it keeps anything that uses precompiled headers.
  find_program(LLMCALC_CCACHE ccache)
  if(LLMCALC_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros ${LLMCALC_CCACHE})
  endif()
endif()

# Warnings that every target of ours is built with. Presets turn them into errors, a plain build does not.
add_library(llmcalc_options INTERFACE)
target_compile_features(llmcalc_options INTERFACE cxx_std_20)
if(MSVC)
  target_compile_options(llmcalc_options INTERFACE /W4 /permissive- /utf-8 /bigobj)
  target_compile_definitions(llmcalc_options INTERFACE NOMINMAX WIN32_LEAN_AND_MEAN _CRT_SECURE_NO_WARNINGS)
else()
  # -Wswitch-enum: a switch names every enumerator, so that a new one is not forgotten anywhere.
  target_compile_options(
    llmcalc_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch-enum)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False alarm on "text" + std::string once optimised: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651
    target_compile_options(llmcalc_options INTERFACE -Wno-restrict)
  endif()
endif()

if(EMSCRIPTEN)
  # Debian's emscripten has a library older than its compiler. Positions in lists of layers have 32 bits there, which
  # every list of layers is shorter than. Files that catch are compiled for it one by one: see llmcalc_catches().
  target_compile_options(
    llmcalc_options INTERFACE -Wno-shorten-64-to-32
                              "SHELL:-include ${PROJECT_SOURCE_DIR}/third_party/emscripten/libcxx_13.hpp")
  target_link_options(llmcalc_options INTERFACE -fexceptions)
endif()

if(LLMCALC_SANITIZE)
  # For the whole build, tests included: mixing instrumented and plain code gives false reports.
  add_compile_options(-fsanitize=${LLMCALC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LLMCALC_SANITIZE})
endif()

if(LLMCALC_HARDEN AND NOT MSVC AND NOT EMSCRIPTEN)
  # What distributions build programs with that read other people's files.
  add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_link_options(-fstack-protector-strong)  # mingw keeps what it calls in a library of its own
  if(CMAKE_SYSTEM_NAME STREQUAL Linux)
    add_link_options(-Wl,-z,relro,-z,now)
  endif()
endif()

if(WIN32 AND NOT MSVC)
  enable_language(RC)  # for src/desktop/llmcalc.rc
endif()
