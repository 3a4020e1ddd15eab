# llmcalc_glad: the OpenGL 3.3 core loader. glad 2 writes it into the build folder (<glad/gl.h>); where that program
# is missing, vcpkg's glad package is taken (glad 1: <glad/glad.h>). src/platform hides the difference.
add_library(llmcalc_glad INTERFACE)

find_program(LLMCALC_GLAD glad)
if(LLMCALC_GLAD)
  set(glad_dir ${PROJECT_BINARY_DIR}/glad)
  # --reproducible takes the specification that glad carries; without it glad asks the network.
  add_custom_command(
    OUTPUT ${glad_dir}/src/gl.c ${glad_dir}/include/glad/gl.h
    COMMAND ${LLMCALC_GLAD} --quiet --reproducible --api gl:core=3.3 --extensions "" --out-path ${glad_dir} c
    COMMENT "Generating the OpenGL loader"
    VERBATIM)
  file(MAKE_DIRECTORY ${glad_dir}/include)
  add_library(llmcalc_glad_generated STATIC ${glad_dir}/src/gl.c)
  target_include_directories(llmcalc_glad_generated SYSTEM PUBLIC ${glad_dir}/include)
  set_target_properties(llmcalc_glad_generated PROPERTIES COMPILE_WARNING_AS_ERROR OFF C_CLANG_TIDY "")
  target_link_libraries(llmcalc_glad INTERFACE llmcalc_glad_generated ${CMAKE_DL_LIBS})
else()
  find_package(glad CONFIG REQUIRED)
  target_link_libraries(llmcalc_glad INTERFACE glad::glad)
endif()
