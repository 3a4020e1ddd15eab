# The libraries in a build for Windows on Debian (third_party/mingw/toolchain.cmake): header-only ones from where Debian has
# them, the others from Debian's source packages, which package.sh fetches. vcpkg is the road on Windows itself.
include(llmcalc_from_source)
set(LLMCALC_SOURCES "" CACHE PATH "Folder of the libraries' sources (package.sh fetches Debian's)")
set(BUILD_SHARED_LIBS OFF)

# llmcalc_source(FOLDER TARGET): a library with a CMake build of its own, without our warnings, not installed.
function(llmcalc_source folder target)
  set(CMAKE_COMPILE_WARNING_AS_ERROR OFF)
  set(CMAKE_POLICY_VERSION_MINIMUM 3.5)
  add_subdirectory(${folder} ${PROJECT_BINARY_DIR}/third_party/build-${target} EXCLUDE_FROM_ALL SYSTEM)
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
llmcalc_linked_headers(nlohmann_json::nlohmann_json nlohmann)
llmcalc_linked_headers(CLI11::CLI11 CLI)

set(YAML_CPP_BUILD_TESTS OFF)
set(YAML_CPP_BUILD_TOOLS OFF)
set(YAML_CPP_INSTALL OFF)
llmcalc_source(${LLMCALC_SOURCES}/yaml-cpp yaml-cpp)
llmcalc_linked_headers(llmcalc_toml toml++)
add_library(llmcalc_documents INTERFACE)
target_link_libraries(llmcalc_documents INTERFACE yaml-cpp llmcalc_toml)
target_compile_definitions(llmcalc_documents INTERFACE LLMCALC_DOCUMENTS)

if(LLMCALC_BUILD_GUI)
  find_package(OpenGL REQUIRED)
  set(GLFW_BUILD_EXAMPLES OFF)
  set(GLFW_BUILD_TESTS OFF)
  set(GLFW_BUILD_DOCS OFF)
  set(GLFW_INSTALL OFF)
  llmcalc_source(${LLMCALC_SOURCES}/glfw3 glfw)
  include(llmcalc_glad)
  llmcalc_linked_headers(llmcalc_stb stb BELOW)
  llmcalc_imgui_from_source(${LLMCALC_SOURCES}/imgui glfw)
  target_link_libraries(llmcalc_imgui_backends INTERFACE glfw OpenGL::GL)
endif()

if(LLMCALC_BUILD_TESTS)
  llmcalc_source(/usr/src/googletest googletest)  # of Debian's libgtest-dev
endif()
