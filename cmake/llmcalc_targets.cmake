# The few shapes of target this project has. Sources are globbed, so that adding a file changes no CMake file.

# llmcalc_library(readers LIBRARIES ...): static library llmcalc_readers from every .cpp under the current folder.
function(llmcalc_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  add_library(llmcalc_${name} STATIC ${sources} ${headers})
  target_include_directories(llmcalc_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(llmcalc_${name} PUBLIC ${arg_LIBRARIES})
  llmcalc_own(llmcalc_${name})
endfunction()

# llmcalc_program(llmcalc main_cli.cpp LIBRARIES ...): an executable from one file holding main().
function(llmcalc_program name main)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "LIBRARIES")
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  llmcalc_own(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# Our own code: language level and warnings.
function(llmcalc_own target)
  target_link_libraries(${target} PRIVATE llmcalc_options)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()
