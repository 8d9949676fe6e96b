package dev.flotilla.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class after which buffers were collected that nobody had released. */
public final class NoLeaks implements AfterAllCallback {
    private static final int COLLECTIONS = 5;

    @Override
    public void afterAll(ExtensionContext context) {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            ByteBufAllocator.DEFAULT.buffer(16).release(); // leaks are reported when a buffer is made
            ByteBufAllocator.DEFAULT.heapBuffer(16).release();
        }
        assertThat(Recorder.REPORTS).isEmpty();
    }

    /** Netty's detector, by the system property {@code io.netty.customResourceLeakDetector}. */
    public static final class Recorder<T> extends ResourceLeakDetector<T> {
        static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();

        public Recorder(Class<T> resourceType, int samplingInterval) {
            super(resourceType, samplingInterval);
        }

        @SuppressWarnings("deprecation") // Netty looks for this one, too
        public Recorder(Class<T> resourceType, int samplingInterval, long maxActive) {
            super(resourceType, samplingInterval, maxActive);
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            REPORTS.add(resourceType + " " + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            REPORTS.add(resourceType);
        }
    }
}
