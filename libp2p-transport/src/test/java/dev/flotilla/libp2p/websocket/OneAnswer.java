package dev.flotilla.libp2p.websocket;

import dev.flotilla.libp2p.Multiaddr;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A web server that gives one answer to one request. */
final class OneAnswer implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final CompletableFuture<String> request = new CompletableFuture<>();

    OneAnswer(String answer) throws IOException {
        Thread thread = new Thread(() -> serve(answer), "one-answer");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(String answer) {
        try (Socket client = server.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            StringBuilder read = new StringBuilder();
            while (read.indexOf("\r\n\r\n") < 0) {
                read.append((char) in.readUnsignedByte());
            }
            request.complete(read.toString());
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            in.skip(Long.MAX_VALUE);
        } catch (IOException e) {
            request.completeExceptionally(new UncheckedIOException(e));
        }
    }

    int port() {
        return server.getLocalPort();
    }

    Multiaddr address() {
        return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port() + "/ws");
    }

    String request() throws Exception {
        return request.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
