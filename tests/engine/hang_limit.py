# SPDX-License-Identifier: Apache-2.0
"""When a test that hangs is ended. No test measures time: the limit is the same for all, and far above what any of them
takes on a busy machine."""

HANG_SECONDS = 600
