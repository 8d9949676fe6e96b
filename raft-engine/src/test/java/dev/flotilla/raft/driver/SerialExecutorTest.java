package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
    @Test
    void aTaskThatFailsStopsNoneAfterIt() {
        List<String> done = new ArrayList<>();
        SerialExecutor serial = new SerialExecutor(Runnable::run);
        serial.execute(() -> {
            throw new IllegalStateException("not this one");
        });
        serial.execute(() -> done.add("next"));
        assertThat(done).containsExactly("next");
    }
}
