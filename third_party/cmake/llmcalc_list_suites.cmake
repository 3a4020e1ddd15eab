# Read by ctest: asks a test program for its suites and adds each as a test.
if(NOT EXISTS ${program})
  add_test(${folder}.not-built ${program})
  return()
endif()
execute_process(COMMAND ${program} --gtest_list_tests OUTPUT_VARIABLE listing RESULT_VARIABLE status TIMEOUT 120)
if(NOT status EQUAL 0)
  add_test(${folder}.cannot-list-its-tests ${program} --gtest_list_tests)
  return()
endif()
string(REGEX MATCHALL "(^|\n)[^ \n]+\\." suites "${listing}")
foreach(suite IN LISTS suites)
  string(STRIP "${suite}" suite)
  string(REGEX REPLACE "[.]$" "" suite "${suite}")
  add_test(${folder}.${suite} ${program} "--gtest_filter=${suite}.*" --gtest_brief=1)
  # The user's own presets and saved state must not reach the tests, nor the tests them.
  set_tests_properties(${folder}.${suite} PROPERTIES
    WORKING_DIRECTORY ${source_dir} TIMEOUT 300 LABELS ${folder}
    ENVIRONMENT "XDG_CONFIG_HOME=${home}/config;XDG_DATA_HOME=${home}/data;XDG_STATE_HOME=${home}/state;XDG_CACHE_HOME=${home}/cache;LSAN_OPTIONS=suppressions=${source_dir}/tests/window/leaks_of_drivers.supp:print_suppressions=0;UBSAN_OPTIONS=print_stacktrace=1")
  if(folder STREQUAL window)
    set_tests_properties(${folder}.${suite} PROPERTIES RESOURCE_LOCK window)
  endif()
endforeach()
