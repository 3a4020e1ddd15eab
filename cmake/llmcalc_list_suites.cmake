# Read by ctest: asks a test program for its suites and adds each as a test.
if(NOT EXISTS ${program})
  add_test(${folder}.not-built ${program})
  return()
endif()
execute_process(COMMAND ${emulator} ${program} --gtest_list_tests OUTPUT_VARIABLE listing RESULT_VARIABLE status TIMEOUT 120)
if(NOT status EQUAL 0)
  add_test(${folder}.cannot-list-its-tests ${program} --gtest_list_tests)
  return()
endif()
string(REPLACE "\r" "" listing "${listing}")  # of Windows
string(REGEX MATCHALL "(^|\n)[^ \n]+\\." suites "${listing}")
# The user's own presets and saved state must not reach the tests, nor the tests them.
set(environment "UBSAN_OPTIONS=print_stacktrace=1")
foreach(kind CONFIG DATA STATE CACHE)
  list(APPEND environment "XDG_${kind}_HOME=${home}/${kind}")
endforeach()
if(folder STREQUAL window)
  # OpenGL drivers keep memory until the process ends, in libraries that are unloaded by then: no suppression names them.
  list(APPEND environment "ASAN_OPTIONS=detect_leaks=0")
endif()
foreach(suite IN LISTS suites)
  string(STRIP "${suite}" suite)
  string(REGEX REPLACE "[.]$" "" suite "${suite}")
  add_test(${folder}.${suite} ${emulator} ${program} "--gtest_filter=${suite}.*" --gtest_brief=1)
  set_tests_properties(${folder}.${suite} PROPERTIES
    WORKING_DIRECTORY ${source_dir} TIMEOUT 900 LABELS ${folder} ENVIRONMENT "${environment}")
endforeach()
