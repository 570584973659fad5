using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>What came out on the published measurements.</summary>
/// <param name="Answers">This planner's answers to the question whose answers are printed.</param>
/// <param name="Matching">How many of them are, in their place, the printed ones to the last digit.</param>
/// <param name="OfOneTriple">Plans of VGG19 on one device, edge and cloud.</param>
/// <param name="OfAll">Plans of VGG19 on all machines.</param>
/// <param name="Tables">Who wins with which links and pictures.</param>
public sealed record PublishedResult(ImmutableArray<string> Answers, int Matching, long OfOneTriple, long OfAll, ImmutableArray<ScissionTable> Tables)
{
    /// <summary>Plans.</summary>
    public static PublishedResult Of(ScissionPublished published)
    {
        ArgumentNullException.ThrowIfNull(published);
        ImmutableArray<string> answers = published.Answers();
        (long triple, long all) = published.Configurations();
        return new(answers, answers.Zip(ScissionPublished.Printed).Count(p => p.First == p.Second), triple, all, published.Tables());
    }

    /// <summary>The table with these links and this picture.</summary>
    public ScissionTable Table(string links, double megabytes) => Tables.First(t => t.Links == links && t.Megabytes == megabytes);
}
