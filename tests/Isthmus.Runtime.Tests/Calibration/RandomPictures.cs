using Isthmus.Inference.Classification;
using Isthmus.Tests.Shared;

namespace Isthmus.Runtime.Tests.Calibration;

/// <summary>A folder of small pictures that all differ, gone after the test.</summary>
internal sealed class RandomPictures : IDisposable
{
    public RandomPictures(int count) => Images = [.. Enumerable.Range(0, count).Select(i => Write($"{i:000}.png", i))];

    public string Folder { get; } = Directory.CreateTempSubdirectory("isthmus-calibration-").FullName;

    public LabelledImage[] Images { get; }

    public string this[string name] => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private LabelledImage Write(string name, int seed)
    {
        File.WriteAllBytes(this[name], TestPicture.Png(seed));
        return new(this[name], name, null);
    }
}
