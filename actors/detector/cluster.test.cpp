#include "actors/detector/test_cluster.hpp"

#include <doctest/doctest.h>
