// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::tests {

// Splits the program in two: the caller goes on in a child; the first process stays behind as its init, to which every
// orphan of the tests is reparented, reaps them, and ends as the child ended. So a process that a test left behind is
// found although its parent is gone, and a zombie among the test's own children is one that the library forgot.
// Call it before there are threads.
void run_below_own_init();

}  // namespace multiprocessing::tests
