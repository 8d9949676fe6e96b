package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.control.ControlHandler.Caller;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class AnswersTest {
    private record Waiting(CompletableFuture<Void> gone) implements Caller {
        @Override
        public void tell(JsonNode progress) {}
    }

    @Test
    void aCallerThatStaysLongHoldsNothingOfWhatItWaitedFor() throws IOException {
        Waiting caller = new Waiting(new CompletableFuture<>());
        for (int i = 0; i < 100; i++) {
            CompletableFuture<Integer> event = new CompletableFuture<>();
            int value = i;
            var unused = CompletableFuture.runAsync(() -> {
                while (event.getNumberOfDependents() == 0) {
                    Thread.onSpinWait();
                }
                event.complete(value);
            });

            assertThat(Answers.await(event, caller)).isEqualTo(i);
        }

        assertThat(caller.gone().getNumberOfDependents()).isLessThan(10); // the last may still be on its way out
    }
}
