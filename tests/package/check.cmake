# cmake -D build=... -D consumer=... -D guide=... -D work=... -D compiler=... -P check.cmake
# Installs the headers, builds the program of the guide to the core against them, and compares what it prints with what
# the guide says.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# fenced(cpp RESULT): the text between ```cpp and ``` in the guide.
function(fenced language result)
  file(READ ${guide} text)
  string(FIND "${text}" "\n```${language}\n" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "${guide} has no ${language} block")
  endif()
  string(LENGTH "\n```${language}\n" length)
  math(EXPR begin "${begin} + ${length}")
  string(SUBSTRING "${text}" ${begin} -1 text)
  string(FIND "${text}" "```" end)
  string(SUBSTRING "${text}" 0 ${end} text)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${work}/prefix ${work}/consumer)
fenced(cpp program)
fenced(text printed)
file(WRITE ${work}/consumer/main.cpp "${program}")
configure_file(${consumer}/CMakeLists.txt ${work}/consumer/CMakeLists.txt COPYONLY)
run(${CMAKE_COMMAND} --install ${build} --component development --prefix ${work}/prefix)
run(${CMAKE_COMMAND} -S ${work}/consumer -B ${work}/consumer/build -G Ninja -D CMAKE_CXX_COMPILER=${compiler}
    -D CMAKE_PREFIX_PATH=${work}/prefix)
run(${CMAKE_COMMAND} --build ${work}/consumer/build)
run(${work}/consumer/build/consumer)
if(NOT output STREQUAL printed)
  message(FATAL_ERROR "The program of ${guide} prints\n${output}\nand not\n${printed}")
endif()
