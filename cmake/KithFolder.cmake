# SPDX-License-Identifier: Apache-2.0
# kith_folder(NAME DIRECTORY dir [LINK targets...] [EXCLUDE dirs...]) makes the object library kith_NAME
# from every .cpp below dir. Objects, not archives, so that the shared and the static library take all of them.

add_library(kith_options INTERFACE)
target_compile_features(kith_options INTERFACE cxx_std_20)
target_include_directories(kith_options INTERFACE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/engine")
target_compile_options(kith_options INTERFACE -march=x86-64-v2 -fvisibility=hidden -fvisibility-inlines-hidden
  -fno-omit-frame-pointer -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # At -O2 and up g++ 12 sees overlapping copies inside std::string's own code (GCC bug 105651).
  target_compile_options(kith_options INTERFACE -Wno-restrict)
endif()
if(KITH_WERROR)
  target_compile_options(kith_options INTERFACE -Werror)
endif()
if(KITH_SANITIZE)
  target_compile_options(kith_options INTERFACE -fsanitize=${KITH_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(kith_options INTERFACE -fsanitize=${KITH_SANITIZE})
endif()
if(KITH_FUZZ)
  target_compile_options(kith_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

function(kith_folder name)
  cmake_parse_arguments(FOLDER "" "DIRECTORY" "LINK;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${FOLDER_DIRECTORY}/*.cpp")
  foreach(excluded IN LISTS FOLDER_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "^${PROJECT_SOURCE_DIR}/${excluded}/")
  endforeach()
  if(NOT sources)
    file(TOUCH "${PROJECT_BINARY_DIR}/empty.cpp")
    set(sources "${PROJECT_BINARY_DIR}/empty.cpp")
  endif()
  add_library(kith_${name} OBJECT ${sources})
  set_target_properties(kith_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(kith_${name} PUBLIC kith_options ${FOLDER_LINK})
endfunction()
