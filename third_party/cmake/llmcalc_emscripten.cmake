# The libraries in a build with emscripten: header-only ones and Dear ImGui's sources from where Debian has them, WebGL 2 as
# emscripten brings it. vcpkg's triplet wasm32-emscripten brings packages of its own: then they are taken.
include(llmcalc_from_source)

find_package(nlohmann_json 3.11 CONFIG QUIET)
find_package(CLI11 2.1 CONFIG QUIET)
llmcalc_linked_headers(nlohmann_json::nlohmann_json nlohmann)
llmcalc_linked_headers(CLI11::CLI11 CLI)
find_package(Threads)

if(LLMCALC_BUILD_GUI)
  find_package(imgui CONFIG QUIET)
  if(TARGET imgui::imgui)
    add_library(llmcalc_imgui INTERFACE)
    add_library(llmcalc_imgui_backends INTERFACE)
    target_link_libraries(llmcalc_imgui INTERFACE imgui::imgui)
    target_link_libraries(llmcalc_imgui_backends INTERFACE llmcalc_imgui)
  else()
    # Debian's library holds code for this computer's processor; its source package is the same for all.
    set(LLMCALC_SOURCES "" CACHE PATH "Folder of the libraries' sources (web.sh fetches Debian's)")
    llmcalc_imgui_from_source(${LLMCALC_SOURCES}/imgui)
    # WebGL 2 is OpenGL ES 3.
    target_compile_definitions(llmcalc_imgui PUBLIC IMGUI_IMPL_OPENGL_ES3)
  endif()
  target_link_options(llmcalc_imgui_backends INTERFACE -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2)
  add_library(llmcalc_glad INTERFACE)  # emscripten declares WebGL's functions itself
  llmcalc_linked_headers(llmcalc_stb stb BELOW)
endif()
