package dev.flotilla.peer;

import dev.flotilla.peer.command.FlotillaCommand;

/** The {@code flotilla} command. */
public final class Flotilla {
    private Flotilla() {}

    public static void main(String[] arguments) {
        System.exit(FlotillaCommand.run(arguments));
    }
}
