using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>A good frame, from which bad ones are made.</summary>
internal sealed record CorpusEntry(FuzzTarget Target, TensorShape Shape, byte[] Frame);
