# cmake --install and CPack: the programs with their presets, and the core for developers, as headers and as a library.
#   cmake --build build/release --target package     makes the .deb and .tar.gz files
# A .deb needs the Debian packages that `third_party/install-packages.sh package` installs.
include(GNUInstallDirs)

if(TARGET llmcalc)
  install(TARGETS llmcalc COMPONENT programs)
  install(DIRECTORY presets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc/presets COMPONENT programs)
  install(DIRECTORY tests/golden/ DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc/golden COMPONENT programs
          FILES_MATCHING PATTERN "*.jsonl" PATTERN "README.md")
  install(FILES LICENSE README.md .github/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT programs)
endif()
# The program writes its own manual page and completions, so it has to run on the machine that builds it.
if(TARGET llmcalc AND UNIX AND NOT CMAKE_CROSSCOMPILING)
  set(manual_dir ${PROJECT_BINARY_DIR}/manual)
  set(manual ${manual_dir}/llmcalc.1 ${manual_dir}/llmcalc.bash ${manual_dir}/llmcalc.fish)
  add_custom_command(
    OUTPUT ${manual}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${manual_dir}
    COMMAND llmcalc manual > ${manual_dir}/llmcalc.1
    COMMAND llmcalc completion bash > ${manual_dir}/llmcalc.bash
    COMMAND llmcalc completion fish > ${manual_dir}/llmcalc.fish
    DEPENDS llmcalc
    COMMENT "Writing the manual page and the completions"
    VERBATIM)
  add_custom_target(llmcalc_manual ALL DEPENDS ${manual})
  install(FILES ${manual_dir}/llmcalc.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT programs)
  install(FILES ${manual_dir}/llmcalc.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME llmcalc COMPONENT programs)
  install(FILES ${manual_dir}/llmcalc.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
          COMPONENT programs)
  if(TARGET llmcalc-gui)
    add_custom_command(
      OUTPUT ${manual_dir}/llmcalc-gui.1
      COMMAND ${CMAKE_COMMAND} -E make_directory ${manual_dir}
      COMMAND llmcalc-gui --manual > ${manual_dir}/llmcalc-gui.1
      DEPENDS llmcalc-gui
      COMMENT "Writing the window's manual page"
      VERBATIM)
    add_custom_target(llmcalc_window_manual ALL DEPENDS ${manual_dir}/llmcalc-gui.1)
    install(FILES ${manual_dir}/llmcalc-gui.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT programs)
  endif()
endif()

if(TARGET llmcalc-gui)
  install(TARGETS llmcalc-gui COMPONENT programs)
  if(UNIX AND NOT APPLE)
    set(metainfo org.llmcalc.llmcalc.metainfo.xml)
    configure_file(src/desktop/${metainfo}.in ${PROJECT_BINARY_DIR}/generated/${metainfo} @ONLY)
    install(FILES src/desktop/llmcalc.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT programs)
    install(FILES src/desktop/llmcalc.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps
            COMPONENT programs)
    install(FILES ${PROJECT_BINARY_DIR}/generated/${metainfo} DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo
            COMPONENT programs)
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
set(CPACK_COMPONENTS_ALL programs development)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME llmcalc)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS "libgl1, fonts-inter, fonts-dejavu-core")
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION
    "Desktop calculator and command line that tell how much memory a large\nlanguage model needs, for inference and training, and where the bytes go.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libllmcalc-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "The C++20 core of llmcalc, header-only and as a static library, with its CMake\npackage: memory of large language models as pure functions, on the standard library.")
include(CPack)
