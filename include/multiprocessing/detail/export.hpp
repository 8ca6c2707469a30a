// SPDX-License-Identifier: MIT
#pragma once

// Marks what the compiled core offers to programs; everything else in it stays hidden.
#define MULTIPROCESSING_EXPORT __attribute__((visibility("default")))
