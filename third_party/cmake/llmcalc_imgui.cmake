# llmcalc_imgui: Dear ImGui's core. llmcalc_imgui_backends: with its GLFW and OpenGL 3 back ends.
# Include them as <imgui.h>, <imgui_impl_glfw.h> and <imgui_impl_opengl3.h>.
add_library(llmcalc_imgui INTERFACE)
add_library(llmcalc_imgui_backends INTERFACE)

find_package(imgui CONFIG QUIET)
if(TARGET imgui::imgui)
  target_link_libraries(llmcalc_imgui INTERFACE imgui::imgui)
else()
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(IMGUI REQUIRED IMPORTED_TARGET GLOBAL imgui>=1.86)
  target_link_libraries(llmcalc_imgui INTERFACE PkgConfig::IMGUI)
  # Debian's static archive already holds the back ends; their headers sit one folder below.
  pkg_get_variable(imgui_include_dir imgui includedir)
  find_path(LLMCALC_IMGUI_BACKENDS imgui_impl_glfw.h
            HINTS ${IMGUI_INCLUDE_DIRS} ${imgui_include_dir} PATH_SUFFIXES backends imgui/backends REQUIRED)
  target_include_directories(llmcalc_imgui_backends SYSTEM INTERFACE ${LLMCALC_IMGUI_BACKENDS})
  # It holds the FreeType rasteriser too, which needs the library itself.
  find_package(Freetype QUIET)
  find_file(LLMCALC_IMGUI_FREETYPE imgui_freetype.h HINTS ${IMGUI_INCLUDE_DIRS} ${imgui_include_dir})
  if(TARGET Freetype::Freetype AND LLMCALC_IMGUI_FREETYPE)
    target_compile_definitions(llmcalc_imgui INTERFACE LLMCALC_FREETYPE)
    target_link_libraries(llmcalc_imgui INTERFACE Freetype::Freetype)
  endif()
endif()
target_link_libraries(llmcalc_imgui_backends INTERFACE llmcalc_imgui glfw OpenGL::GL ${CMAKE_DL_LIBS})
