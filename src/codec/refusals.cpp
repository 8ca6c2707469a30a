// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/function.hpp>

#include "os/thrown_type.hpp"

namespace multiprocessing::detail {

// The texts for objects that turn out unsendable only at run time: what it is, why, and a remedy.

void throw_null_function(const std::type_info& type) {
  throw PicklingError("a null function, of type " + demangled(type.name()) +
                      ", cannot be sent: there is nothing to call; check it before it is handed to a pool");
}

void throw_not_a_plain_function(const std::type_info& type, const std::type_info& held) {
  const std::string name = demangled(type.name());
  if (held == typeid(void)) throw PicklingError("an empty " + name + " cannot be sent: there is nothing to call");
  throw PicklingError("a " + name + " that holds " + demangled(held.name()) +
                      " cannot be sent, only one that holds a plain function of exactly its signature; "
                      "pass the callable itself, or multiprocessing::partial(f, values...)");
}

void throw_not_registered(const std::type_info& type) {
  const std::string name = demangled(type.name());
  throw PicklingError("it points to a " + name + ", which is not registered; write CEREAL_REGISTER_TYPE(" + name +
                      ") behind its definition, in a file that includes <multiprocessing/pool.hpp>");
}

void throw_not_related(const std::type_info& base, const std::type_info& type) {
  const std::string base_name = demangled(base.name());
  const std::string name = demangled(type.name());
  throw PicklingError("it points to a " + name + ", which is not registered as a " + base_name +
                      "; write CEREAL_REGISTER_POLYMORPHIC_RELATION(" + base_name + ", " + name +
                      "), or archive cereal::base_class<" + base_name + ">(this) in its serialize()");
}

}  // namespace multiprocessing::detail
