// SPDX-License-Identifier: MIT
// Refused: this type has a serialize(), or save() and load(), that cannot be called: it must be public, or befriend
//   cereal::access, and take its archive by reference: template <class Archive> void serialize(Archive& archive) {
//   archive(first_member, second_member); }
// Names: Account
#include <multiprocessing/pool.hpp>

class Account {
 public:
  int balance() const { return balance_; }

 private:
  template <class Archive>
  void serialize(Archive& archive) {
    archive(balance_);
  }
  int balance_ = 0;
};

int balance_of(const Account& account) { return account.balance(); }

int main() {
  multiprocessing::Pool pool;
  const std::vector<int> balances = pool.map(balance_of, std::vector<Account>(2));
}
