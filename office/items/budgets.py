"""How much work an answer may be: it is counted before it is done."""

from dataclasses import dataclass

from office.items.errors import TooManyInstancesError


@dataclass(slots=True)
class Budget:
    """What is left for one answer: instances to be looked at, characters to be read or written."""

    instances: int = 0
    characters: int = 0

    def spend(self, instances: int, characters: int = 0) -> None:
        """Take something out.

        Raises:
            TooManyInstancesError: There is not so much left.
        """
        self.instances -= instances
        self.characters -= characters
        if self.instances < 0 or self.characters < 0:
            raise TooManyInstancesError
