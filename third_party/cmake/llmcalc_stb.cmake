# llmcalc_stb: the folder with stb_image_write.h (single header, the implementation is compiled in src/platform).
add_library(llmcalc_stb INTERFACE)
find_path(LLMCALC_STB_INCLUDE_DIR stb_image_write.h PATH_SUFFIXES stb REQUIRED)
target_include_directories(llmcalc_stb SYSTEM INTERFACE ${LLMCALC_STB_INCLUDE_DIR})
