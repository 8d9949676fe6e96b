package dev.flotilla.raft.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The faults fit the core as it is now. Whether the simulator finds them is {@link FaultHunt}'s business. */
class PlantedFaultTest {
    private static final String CORE = "dev/flotilla/raft/core/";

    static List<PlantedFault> faults() {
        return PlantedFaults.all();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void appliesAndChangesTheCore(PlantedFault fault) throws ReflectiveOperationException {
        FaultyLoader loader = new FaultyLoader(fault.edits());
        for (String className : fault.edits().stream().map(Edit::className).collect(Collectors.toSet())) {
            List<Edit> here = fault.edits().stream()
                    .filter(edit -> edit.className().equals(className))
                    .toList();
            for (int i = 0; i < here.size(); i++) { // one after the other: each changes something
                assertThat(FaultyLoader.rewritten(CORE + className, here.subList(0, i + 1)))
                        .as("edit %d of %s by %s", i + 1, className, fault.name())
                        .isNotEqualTo(FaultyLoader.rewritten(CORE + className, here.subList(0, i)));
            }
            Class.forName((CORE + className).replace('/', '.'), true, loader); // the virtual machine verifies it
        }
    }

    @Test
    void namesAreDistinct() {
        assertThat(PlantedFaults.all().stream().map(PlantedFault::name)).doesNotHaveDuplicates();
    }

    @Test
    void placeThatIsNotThereIsAnError() {
        Edit edit = Place.in("Quorum", "agreed").call("Quorum", "reached").gives(0);
        assertThatThrownBy(() -> FaultyLoader.rewritten(CORE + "Quorum", List.of(edit)))
                .hasMessageContaining("Quorum.agreed has 0 x call of Quorum.reached");
    }

    @Test
    void placeThatIsThereMoreOftenThanExpectedIsAnError() {
        Edit edit = Place.in("Election", "onRequestVote").call("Group", "term").gives(0);
        assertThatThrownBy(() -> FaultyLoader.rewritten(CORE + "Election", List.of(edit)))
                .hasMessageContaining("x call of Group.term, the fault was made for 1");
    }

    @Test
    void methodThatIsNotThereIsAnError() {
        Edit edit = Place.in("Quorum", "majority").call("Quorum", "agreed").gives(0);
        assertThatThrownBy(() -> FaultyLoader.rewritten(CORE + "Quorum", List.of(edit)))
                .hasMessageContaining("Quorum has no method majority");
    }
}
