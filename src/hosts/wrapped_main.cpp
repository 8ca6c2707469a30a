// SPDX-License-Identifier: MIT
#include <multiprocessing/init.hpp>

// The linker's --wrap=main calls this instead of main(), which it then calls __real_main.
extern "C" int __real_main(int argc, char** argv, char** environment);
extern "C" int __wrap_main(int argc, char** argv, char** environment) {
  multiprocessing::init(argc, argv);
  return __real_main(argc, argv, environment);
}
