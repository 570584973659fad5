using Isthmus.Core.Graphs;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Variants;

/// <summary>One of several networks for the same task, and how often it is right.</summary>
/// <param name="Name">What to call it: its file's name without the extension.</param>
/// <param name="File">The network's file, relative to the folder of the ladder's file, with forward slashes; never outside of it.</param>
/// <param name="Sha256">The identity of that file.</param>
/// <param name="Bytes">The file's size in bytes.</param>
/// <param name="Images">How many labelled pictures it was tried on, at least 1.</param>
/// <param name="Right1">Of how many the class that it ranks first is the right one.</param>
/// <param name="Right5">Of how many the right class is among the first five.</param>
public sealed record Variant(string Name, string File, ModelHash Sha256, long Bytes, int Images, int Right1, int Right5)
{
    /// <summary>The share of pictures whose class it ranks first, 0…1.</summary>
    public double Top1 => (double)Right1 / Images;

    /// <summary>Where <see cref="Top1"/> lies with at least 95 % confidence, for pictures like those it was tried on (Clopper and Pearson).</summary>
    public ConfidenceInterval Top1Interval => BinomialInterval.ClopperPearson(Right1, Images);

    /// <summary>The share of pictures whose class is among the first five, 0…1.</summary>
    public double Top5 => (double)Right5 / Images;

    /// <summary>Where <see cref="Top5"/> lies with at least 95 % confidence, for pictures like those it was tried on (Clopper and Pearson).</summary>
    public ConfidenceInterval Top5Interval => BinomialInterval.ClopperPearson(Right5, Images);
}
