using System.Collections.Immutable;

namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>
/// At how many images an answer was right, for each of a family's fractions, in groups of images: the same images at every fraction. Groups, to which images belong at random, are
/// what is held out and what is drawn again, so that nothing need be kept of single images.
/// </summary>
public sealed class GroupedCounts
{
    /// <summary>So many groups there are; with fewer images each is a group of its own. Divided by the folds without a rest.</summary>
    public const int Groups = 60;

    private readonly ImmutableArray<int> _counts;
    private readonly ImmutableArray<ImmutableArray<int>> _right;

    /// <summary>Takes counts.</summary>
    /// <param name="counts">Images of each group; of all groups together at least one.</param>
    /// <param name="right">For each fraction, of how many of a group's images the answer was right.</param>
    /// <exception cref="ArgumentException">The numbers of groups differ, or more are right than there are.</exception>
    public GroupedCounts(ImmutableArray<int> counts, ImmutableArray<ImmutableArray<int>> right)
    {
        if (counts.IsDefaultOrEmpty || counts.Any(c => c < 0) || counts.All(c => c == 0)) throw new ArgumentException("There must be an image.", nameof(counts));
        if (right.IsDefaultOrEmpty || right.Any(r => r.Length != counts.Length || r.Zip(counts).Any(p => p.First < 0 || p.First > p.Second)))
            throw new ArgumentException("A count for each group is expected, none above the number of its images.", nameof(right));
        int[] used = [.. Enumerable.Range(0, counts.Length).Where(g => counts[g] > 0)];
        _counts = [.. used.Select(g => counts[g])];
        _right = [.. right.Select(r => used.Select(g => r[g]).ToImmutableArray())];
        Total = _counts.Sum();
    }

    /// <summary>How many images.</summary>
    public int Total { get; }

    /// <summary>How many fractions.</summary>
    public int Points => _right.Length;

    /// <summary>How many groups have an image.</summary>
    public int Used => _counts.Length;

    /// <summary>Of how many images the answer is right at a fraction.</summary>
    public int Right(int point) => _right[point].Sum();

    /// <summary>The share of images that are right at each fraction, in some of the groups, each as often as it is named.</summary>
    /// <param name="groups">Numbers below <see cref="Used"/>.</param>
    /// <param name="images">How many images these are.</param>
    public double[] Shares(IEnumerable<int> groups, out int images)
    {
        int[] right = new int[Points];
        images = 0;
        foreach (int group in groups)
        {
            images += _counts[group];
            for (int i = 0; i < right.Length; i++) right[i] += _right[i][group];
        }

        int all = images;
        return [.. right.Select(r => (double)r / all)];
    }
}
