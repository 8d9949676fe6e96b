package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkSettingsTest {
    private final Path directory;

    BenchmarkSettingsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private BenchmarkSettings settings(Library... contenders) throws IOException, InterruptedException {
        return new BenchmarkSettings(
                List.of(contenders),
                List.of(Workload.WRITES),
                Pattern.compile("64"),
                List.of(1),
                1,
                1,
                1,
                directory,
                1,
                2,
                3,
                "segments",
                List.of(),
                directory,
                FlushCounter.compile(directory),
                Optional.empty());
    }

    @Test
    void withoutGoItsContendersAreLeftOut() throws IOException, InterruptedException {
        BenchmarkSettings settings = settings(Library.HASHICORP_RAFT, Library.FLOTILLA);

        assertThat(settings.needsGo()).isTrue();
        assertThat(settings.withGoPeer(Optional.empty()).contenders()).containsExactly(Library.FLOTILLA);
        assertThat(settings.withGoPeer(Optional.of(directory)).contenders())
                .containsExactly(Library.HASHICORP_RAFT, Library.FLOTILLA);
        assertThat(settings(Library.RATIS).needsGo()).isFalse();
    }

    @Test
    void anotherLogChangesNothingElse() throws IOException, InterruptedException {
        BenchmarkSettings settings = settings(Library.HASHICORP_RAFT)
                .withGoPeer(Optional.of(directory))
                .withFlotillaLog("h2");

        assertThat(settings.flotillaLog()).isEqualTo("h2");
        assertThat(settings.goPeer()).contains(directory);
        assertThat(settings.idle().warmUpSeconds()).isEqualTo(1);
        assertThat(settings.idle().seconds()).isEqualTo(2);
    }

    @Test
    void whatALibraryCannotDoIsNotAskedOfIt() {
        assertThat(Library.HASHICORP_RAFT.takesPart(Workload.WRITES)).isTrue();
        assertThat(Library.HASHICORP_RAFT.takesPart(Workload.READS)).isFalse();
        assertThat(Library.JGROUPS_RAFT.groupsMax()).isEqualTo(1);
        assertThatThrownBy(Library.HASHICORP_RAFT::newContender).isInstanceOf(IllegalArgumentException.class);
    }
}
