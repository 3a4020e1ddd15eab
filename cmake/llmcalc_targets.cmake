# The few shapes of target this project has. Sources are globbed, so that adding a file changes no CMake file.

# llmcalc_catches(FILE...): with emscripten, catching makes every call that may throw one through JavaScript, which is
# slow and large. So only files that catch are compiled for it, and all of src/cli, because CLI11 catches in its headers;
# what is thrown through the others leaves their objects behind.
function(llmcalc_catches)
  if(EMSCRIPTEN)
    foreach(file IN LISTS ARGN)
      file(STRINGS ${file} catches REGEX "} catch \\(|\"cli/" LIMIT_COUNT 1)
      if(catches)
        set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS -fexceptions)
      endif()
    endforeach()
  endif()
endfunction()

# What a person waits for is computed by the engine, which is optimised as the build type says. The layers around it read,
# print and draw; -O1 shows in no benchmark of theirs and saves a quarter of the time to compile them.
function(llmcalc_light target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# llmcalc_library(readers LIBRARIES ... [TOGETHER 6]): static library llmcalc_readers from every .cpp under the current
# folder. TOGETHER: so many files of the folder itself are compiled as one, because reading headers is most of the work;
# names in anonymous namespaces then have to differ within the folder. Files of its folders are compiled one by one.
function(llmcalc_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TOGETHER" "LIBRARIES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  add_library(llmcalc_${name} STATIC ${sources} ${headers})
  target_include_directories(llmcalc_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(llmcalc_${name} PUBLIC ${arg_LIBRARIES})
  llmcalc_own(llmcalc_${name})
  llmcalc_light(llmcalc_${name})
  llmcalc_catches(${sources})
  llmcalc_precompiled(llmcalc_${name} common)
  if(arg_TOGETHER AND LLMCALC_UNITY)
    set_target_properties(llmcalc_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${arg_TOGETHER})
    file(GLOB_RECURSE below RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    list(FILTER below INCLUDE REGEX /)
    set_source_files_properties(${below} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()

# llmcalc_program(llmcalc main_cli.cpp LIBRARIES ...): an executable from one file holding main().
function(llmcalc_program name main)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "LIBRARIES")
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  llmcalc_own(${name})
  llmcalc_light(${name})
  llmcalc_catches(${main})
  llmcalc_precompiled(${name} common)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  if(WIN32) # names of files and arguments are UTF-8
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src/desktop/llmcalc.$<IF:$<BOOL:${MSVC}>,manifest,rc>)
  endif()
  if(EMSCRIPTEN) # run by node, on its files
    target_link_options(${name} PRIVATE -sALLOW_MEMORY_GROWTH=1 -sNODERAWFS=1 -sEXIT_RUNTIME=1
                        "SHELL:--pre-js ${PROJECT_SOURCE_DIR}/third_party/emscripten/node.js")
  endif()
endfunction()

# Our own code: language level and warnings. They stay here when a library is installed.
function(llmcalc_own target)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:llmcalc_options>)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()

# llmcalc_precompile(common LIBRARIES ... OPTIONS ... HEADERS <vector> ...): precompiled headers that targets share. Only
# headers that rarely change belong here: the standard library and dependencies, none of ours.
function(llmcalc_precompile name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES;OPTIONS;HEADERS")
  if(NOT LLMCALC_PRECOMPILE)
    return()
  endif()
  set(target llmcalc_precompiled_${name})
  set(source ${PROJECT_BINARY_DIR}/generated/precompiled_${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// A target needs a source; its headers are what counts.\n")
  add_library(${target} OBJECT ${source})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
  llmcalc_own(${target})
  target_compile_options(${target} PRIVATE ${arg_OPTIONS})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # Times of headers would make a precompiled header from the compiler cache look outdated.
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  target_precompile_headers(${target} PRIVATE ${arg_HEADERS})
endfunction()

# llmcalc_precompiled(llmcalc_ui common): the target begins every file of its own with those headers.
function(llmcalc_precompiled target name)
  if(TARGET llmcalc_precompiled_${name})
    target_link_libraries(${target} PRIVATE Threads::Threads)  # compiled with the same flags, or the headers are refused
    target_precompile_headers(${target} REUSE_FROM llmcalc_precompiled_${name})
  endif()
endfunction()
