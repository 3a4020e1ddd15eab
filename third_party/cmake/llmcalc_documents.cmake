# llmcalc_documents: readers of YAML and TOML. yaml-cpp's target has a namespace from 0.8 on; toml++ is headers only. The
# browser edition has neither: there only JSON and command lines are imported, and a YAML file is refused in words.
add_library(llmcalc_documents INTERFACE)
if(EMSCRIPTEN)
  return()
endif()

find_package(yaml-cpp 0.7 CONFIG REQUIRED)
# Its shared library has another name in every Debian; a package built on one has to run on the next.
find_library(LLMCALC_YAML_ARCHIVE libyaml-cpp.a)
if(LLMCALC_YAML_ARCHIVE)
  target_link_libraries(llmcalc_documents INTERFACE ${LLMCALC_YAML_ARCHIVE})
elseif(TARGET yaml-cpp::yaml-cpp)
  target_link_libraries(llmcalc_documents INTERFACE yaml-cpp::yaml-cpp)
else()
  target_link_libraries(llmcalc_documents INTERFACE yaml-cpp)
endif()

find_path(LLMCALC_TOML_INCLUDE_DIR toml++/toml.h REQUIRED)
target_include_directories(llmcalc_documents SYSTEM INTERFACE ${LLMCALC_TOML_INCLUDE_DIR})
target_compile_definitions(llmcalc_documents INTERFACE LLMCALC_DOCUMENTS)
