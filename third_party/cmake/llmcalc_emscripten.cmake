# The libraries in a build with emscripten: header-only ones and Dear ImGui's sources from where Debian has them (folders
# of links, so that no other header of the system gets in), WebGL 2 as emscripten brings it. vcpkg's triplet wasm32-emscripten
# brings packages of its own: then they are taken.
set(web_headers ${PROJECT_BINARY_DIR}/third_party)
file(MAKE_DIRECTORY ${web_headers})

# llmcalc_web_headers(TARGET FOLDER): a target for /usr/include/FOLDER alone.
function(llmcalc_web_headers target folder)
  if(NOT TARGET ${target})
    file(CREATE_LINK /usr/include/${folder} ${web_headers}/${folder} SYMBOLIC)
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${web_headers})
  endif()
endfunction()

find_package(nlohmann_json 3.11 CONFIG QUIET)
find_package(CLI11 2.1 CONFIG QUIET)
llmcalc_web_headers(nlohmann_json::nlohmann_json nlohmann)
llmcalc_web_headers(CLI11::CLI11 CLI)
find_package(Threads)

if(LLMCALC_BUILD_GUI)
  add_library(llmcalc_imgui_backends INTERFACE)
  find_package(imgui CONFIG QUIET)
  if(TARGET imgui::imgui)
    add_library(llmcalc_imgui INTERFACE)
    target_link_libraries(llmcalc_imgui INTERFACE imgui::imgui)
  else()
    # Debian's library holds code for this computer's processor; its source package is the same for all.
    set(LLMCALC_IMGUI_SOURCE "" CACHE PATH "Folder of Dear ImGui's sources (web.sh fetches Debian's)")
    set(imgui ${LLMCALC_IMGUI_SOURCE})
    add_library(llmcalc_imgui STATIC ${imgui}/imgui.cpp ${imgui}/imgui_draw.cpp ${imgui}/imgui_tables.cpp
      ${imgui}/imgui_widgets.cpp ${imgui}/misc/cpp/imgui_stdlib.cpp ${imgui}/backends/imgui_impl_opengl3.cpp)
    target_include_directories(llmcalc_imgui SYSTEM PUBLIC ${imgui} ${imgui}/misc/cpp ${imgui}/backends)
    # WebGL 2 is OpenGL ES 3.
    target_compile_definitions(llmcalc_imgui PUBLIC IMGUI_IMPL_OPENGL_ES3 IMGUI_DISABLE_DEMO_WINDOWS
      IMGUI_DISABLE_METRICS_WINDOW)
    set_target_properties(llmcalc_imgui PROPERTIES COMPILE_WARNING_AS_ERROR OFF CXX_CLANG_TIDY "")
  endif()
  target_link_libraries(llmcalc_imgui_backends INTERFACE llmcalc_imgui)
  target_link_options(llmcalc_imgui_backends INTERFACE -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2)
  add_library(llmcalc_glad INTERFACE)  # emscripten declares WebGL's functions itself
  llmcalc_web_headers(llmcalc_stb stb)
  set_target_properties(llmcalc_stb PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${web_headers}/stb)
endif()
