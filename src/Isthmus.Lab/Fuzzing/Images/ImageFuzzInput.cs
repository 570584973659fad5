using Isthmus.Core.Planning;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>One input: bytes that may be a picture, and the form as which they are read.</summary>
/// <param name="Form">The form.</param>
/// <param name="Corpus">The good input that it was made of.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="IsGood">Whether nothing was done to it, so that it must be accepted.</param>
/// <param name="Mutations">What was done.</param>
internal sealed record ImageFuzzInput(InputEncoding Form, string Corpus, byte[] Bytes, bool IsGood, IReadOnlyList<string> Mutations);
