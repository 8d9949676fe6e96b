package main

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"

	"github.com/hashicorp/raft-wal/types"
)

// counted are files whose flushes are counted in the file that FLOTILLA_FLUSHES names, as flushes.c does for programs that
// flush by the C library, which Go's do not.
type counted struct {
	types.VFS
	count *atomic.Uint64
}

func countFlushes(files types.VFS) (types.VFS, error) {
	count := new(atomic.Uint64)
	if path := os.Getenv("FLOTILLA_FLUSHES"); path != "" {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if err := file.Truncate(int64(unsafe.Sizeof(*count))); err != nil {
			return nil, err
		}
		memory, err := syscall.Mmap(int(file.Fd()), 0, int(unsafe.Sizeof(*count)),
			syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
		if err != nil {
			return nil, err
		}
		count = (*atomic.Uint64)(unsafe.Pointer(&memory[0]))
	}
	return &counted{VFS: files, count: count}, nil
}

func (c *counted) Create(directory, name string, size uint64) (types.WritableFile, error) {
	file, err := c.VFS.Create(directory, name, size)
	if err != nil {
		return nil, err
	}
	return &countedFile{WritableFile: file, count: c.count}, nil
}

func (c *counted) OpenWriter(directory, name string) (types.WritableFile, error) {
	file, err := c.VFS.OpenWriter(directory, name)
	if err != nil {
		return nil, err
	}
	return &countedFile{WritableFile: file, count: c.count}, nil
}

type countedFile struct {
	types.WritableFile
	count *atomic.Uint64
}

func (f *countedFile) Sync() error {
	f.count.Add(1)
	return f.WritableFile.Sync()
}
