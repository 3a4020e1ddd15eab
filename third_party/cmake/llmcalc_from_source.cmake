# Libraries in builds for another system than the one that builds: headers of this system, and sources.

# llmcalc_linked_headers(TARGET FOLDER [BELOW]): a target for the header-only library in /usr/include/FOLDER alone, for builds for
# another system: a folder of links, so that no other header of this system gets in. BELOW: what is included lies in it.
function(llmcalc_linked_headers target folder)
  if(NOT TARGET ${target})
    set(links ${PROJECT_BINARY_DIR}/third_party)
    file(MAKE_DIRECTORY ${links})
    file(CREATE_LINK /usr/include/${folder} ${links}/${folder} SYMBOLIC)
    if(ARGN)
      string(APPEND links /${folder})
    endif()
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${links})
  endif()
endfunction()

# llmcalc_imgui_from_source(FOLDER [BACKEND...]): llmcalc_imgui and llmcalc_imgui_backends from Dear ImGui's sources, with the
# OpenGL 3 back end and those named (glfw).
function(llmcalc_imgui_from_source folder)
  set(backends ${folder}/backends/imgui_impl_opengl3.cpp)
  foreach(name IN LISTS ARGN)
    list(APPEND backends ${folder}/backends/imgui_impl_${name}.cpp)
  endforeach()
  add_library(llmcalc_imgui STATIC ${folder}/imgui.cpp ${folder}/imgui_draw.cpp ${folder}/imgui_tables.cpp
    ${folder}/imgui_widgets.cpp ${folder}/misc/cpp/imgui_stdlib.cpp ${backends})
  target_include_directories(llmcalc_imgui SYSTEM PUBLIC ${folder} ${folder}/misc/cpp ${folder}/backends)
  target_compile_definitions(llmcalc_imgui PUBLIC IMGUI_DISABLE_DEMO_WINDOWS IMGUI_DISABLE_METRICS_WINDOW)
  target_link_libraries(llmcalc_imgui PRIVATE ${ARGN})
  set_target_properties(llmcalc_imgui PROPERTIES COMPILE_WARNING_AS_ERROR OFF CXX_CLANG_TIDY "")
  add_library(llmcalc_imgui_backends INTERFACE)
  target_link_libraries(llmcalc_imgui_backends INTERFACE llmcalc_imgui)
endfunction()
