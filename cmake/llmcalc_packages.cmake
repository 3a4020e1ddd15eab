# cmake --install and CPack: the command line with its presets, the window, and the core for developers, as headers and as
# a library.
#   cmake --build build/release --target package     makes the .deb and .tar.gz files of both programs and of the core
#   cpack --config build/release/CPackConfig.cmake -D CPACK_COMPONENTS_ALL=cli -D CPACK_COMPONENTS_GROUPING=IGNORE
#                                                    those of the command line alone, which needs no graphics
# A .deb needs the Debian packages that `third_party/install-packages.sh package` installs.
include(GNUInstallDirs)

if(TARGET llmcalc)
  install(TARGETS llmcalc COMPONENT cli)
  install(DIRECTORY presets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc/presets COMPONENT cli)
  install(DIRECTORY tests/golden/ DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc/golden COMPONENT cli
          FILES_MATCHING PATTERN "*.jsonl" PATTERN "README.md")
  install(FILES LICENSE README.md .github/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT cli)
endif()
# Where Debian looks for the licence of each package; what was taken from this project without a package has it too.
foreach(of cli:llmcalc-cli window:llmcalc development:libllmcalc-dev)
  string(REPLACE : ";" of ${of})
  list(POP_FRONT of component)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${of} RENAME copyright COMPONENT ${component})
endforeach()
# The program writes its own manual page and completions, so it has to run on the machine that builds it.
if(TARGET llmcalc AND UNIX AND NOT CMAKE_CROSSCOMPILING)
  set(manual_dir ${PROJECT_BINARY_DIR}/manual)
  set(manual ${manual_dir}/llmcalc.1.gz ${manual_dir}/llmcalc.bash ${manual_dir}/llmcalc.fish
             ${manual_dir}/_llmcalc)
  add_custom_command(
    OUTPUT ${manual}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${manual_dir}
    COMMAND llmcalc manual > ${manual_dir}/llmcalc.1
    COMMAND gzip -9nf ${manual_dir}/llmcalc.1
    COMMAND llmcalc completion bash > ${manual_dir}/llmcalc.bash
    COMMAND llmcalc completion fish > ${manual_dir}/llmcalc.fish
    COMMAND llmcalc completion zsh > ${manual_dir}/_llmcalc
    DEPENDS llmcalc
    COMMENT "Writing the manual page and the completions"
    VERBATIM)
  add_custom_target(llmcalc_manual ALL DEPENDS ${manual})
  install(FILES ${manual_dir}/llmcalc.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT cli)
  install(FILES ${manual_dir}/llmcalc.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME llmcalc COMPONENT cli)
  install(FILES ${manual_dir}/_llmcalc DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT cli)
  install(FILES ${manual_dir}/llmcalc.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
          COMPONENT cli)
  if(TARGET llmcalc-gui)
    add_custom_command(
      OUTPUT ${manual_dir}/llmcalc-gui.1.gz
      COMMAND ${CMAKE_COMMAND} -E make_directory ${manual_dir}
      COMMAND llmcalc-gui --manual > ${manual_dir}/llmcalc-gui.1
      COMMAND gzip -9nf ${manual_dir}/llmcalc-gui.1
      DEPENDS llmcalc-gui
      COMMENT "Writing the window's manual page"
      VERBATIM)
    add_custom_target(llmcalc_window_manual ALL DEPENDS ${manual_dir}/llmcalc-gui.1.gz)
    install(FILES ${manual_dir}/llmcalc-gui.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT window)
  endif()
endif()

if(TARGET llmcalc-gui)
  install(TARGETS llmcalc-gui COMPONENT window)
  if(UNIX AND NOT APPLE)
    set(metainfo org.llmcalc.llmcalc.metainfo.xml)
    configure_file(src/desktop/${metainfo}.in ${PROJECT_BINARY_DIR}/generated/${metainfo} @ONLY)
    install(FILES src/desktop/llmcalc.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT window)
    install(FILES src/desktop/llmcalc.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps
            COMPONENT window)
    install(FILES ${PROJECT_BINARY_DIR}/generated/${metainfo} DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo
            COMPONENT window)
  endif()
endif()

set(CPACK_PACKAGE_NAME llmcalc)
set(CPACK_PACKAGE_VENDOR "the llmcalc authors")
set(CPACK_PACKAGE_CONTACT "the llmcalc authors <maintainers@llmcalc.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ)
if(UNIX AND NOT APPLE)
  list(APPEND CPACK_GENERATOR DEB)
endif()
# Both programs are one package; the command line alone is another, which takes the other's place.
set(CPACK_COMPONENTS_ALL cli window development)
set(CPACK_COMPONENT_CLI_GROUP programs)
set(CPACK_COMPONENT_WINDOW_GROUP programs)
set(CPACK_COMPONENT_DEVELOPMENT_GROUP development)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/llmcalc_archives.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME llmcalc)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS "libgl1, fonts-inter, fonts-dejavu-core")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_CONFLICTS llmcalc-cli)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_REPLACES llmcalc-cli)
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION
    "Desktop calculator and command line that tell how much memory a large\nlanguage model needs, for inference and training, and where the bytes go.")
set(CPACK_DEBIAN_CLI_PACKAGE_NAME llmcalc-cli)
set(CPACK_DEBIAN_CLI_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_CLI_PACKAGE_CONFLICTS llmcalc)
set(CPACK_DEBIAN_CLI_PACKAGE_REPLACES llmcalc)
set(CPACK_COMPONENT_CLI_DESCRIPTION
    "Command line that tells how much memory a large language model needs, for\ninference and training, and where the bytes go. The package llmcalc has the\nwindow too.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libllmcalc-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "The C++20 core of llmcalc, header-only and as a static library, with its CMake\npackage: memory of large language models as pure functions, on the standard library.")
include(CPack)
