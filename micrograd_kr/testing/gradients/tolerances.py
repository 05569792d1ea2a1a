"""Every number by which gradcheck and the conformance checks decide, with its reason; no other file holds one.

All of them are shares of the size of what is compared, so that 1e-300 and 1e300 are judged alike.
"""

# --- precision ------------------------------------------------------------------------------------------------------

PRECISION = 240  # bits of the truth: half of them, 36 digits, are left in a difference over STEP
STEP = 120  # bits of the step of a difference: no kink but one at the argument itself lies within 2 ** -120 of it
# Floats span 2 ** -1074 to 2 ** 1024: where a look at 240 bits raises a doubt, so many bits decide. The derivative is
# taken at two distances of so many bits to each side: the nearer one shows how much the other is off.
ALL_BITS = 3000
TWO_DISTANCES = (300, 320)
SPARE_BITS = 64  # a function of high precision may lose some of its last bits

# --- what is the same ------------------------------------------------------------------------------------------------

# A rule and a difference at 240 bits agree to 30 digits and more, but a rule may hold constants that were rounded to
# floats (2.2e-16), and lose some of their digits.
SAME = 1e-12
EXACT = 1e-30  # a Fraction agrees with a difference at 240 bits to 36 digits
CLOSE = 1e-9  # floats that are this close to the truth need no explanation: ordinary rounding is far smaller
# What is further off than CLOSE may be rounding still. How far that may go is seen on numbers of fewer bits: each bit
# less doubles it, until all digits are lost. Which way it goes is chance, so that three numbers of bits are tried, and
# some times as much is allowed.
FEWER_BITS, ALLOWED = (35, 45, 53), 64
ROUNDING = 2.0**-50  # what a product and a sum of floats lose
OTHER_ENGINE = 1e-6  # another engine rounds on its way, in ways that are not known; a wrong rule is seldom closer
LOST_IN_SUMS = 1e-12  # and loses as much of the largest of the terms that cancel in a sum

# --- what can be seen -------------------------------------------------------------------------------------------------

SEEN = 1e-3  # a derivative is seen where rounding leaves it three digits: with less a wrong rule could pass
SEEN_SECOND = 1e-6  # a second derivative, which is not bounded by the sum over its paths, where it leaves six
ON_FLOATS = 1e-6  # differences of floats are right to some nine digits at best
# fn beside the point and its recorded graph: this share of the change of fn is an escape. Constants that were computed
# by floats are off by 1e-16 of fn itself.
ESCAPE, ESCAPE_ROUNDING = 1e-8, 1e-14
# Differences of floats begin with a large step and quarter it, until rounding leaves less than half of the digits.
# Two extrapolations that agree may both be off by some times what they differ.
FIRST_DIFFERENCE, DIFFERENCES, FLOATS, TIMES_THE_SPREAD = 2.0**-6, 7, 2.0**-52, 10
REMEMBERED = 1000  # ops of which it is known whether high precision can run them
MOST_FOR_SECOND = 20  # parameters of a module: the second derivatives are as many as their square
# How far beside the point, as a share of each input: far enough for a float to move by ten digits, then nearer, where a
# Python `if` may take the same branch again.
MOVES = (2.0**-7, -(2.0**-9), 2.0**-20, -(2.0**-22))

# --- the range of floats ----------------------------------------------------------------------------------------------

TINIEST = 2.0**-1074  # what is smaller is 0 to a float
SMALLEST = 1e-307  # about the smallest float with all of its digits
LARGEST = 1e307  # a sum of terms as large as this may be beyond the floats on its way
# Beyond these a rule may overflow or underflow on its way, in a square or in an exponential.
HUGE, LARGE_EXPONENT = 1e100, 300.0
# Of a number at high precision, which has no largest and no smallest: exp of what is beyond it takes gigabytes.
MOST_EXPONENT = 2**16
