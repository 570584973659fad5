using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>All methods for one question at one bandwidth.</summary>
/// <param name="Rate">The bandwidth of the device's way out, each way; emulated.</param>
/// <param name="MeasuredRate">What the link estimator made of it.</param>
/// <param name="Question">What was asked.</param>
/// <param name="Outcomes">What came of it, by method.</param>
public sealed record ZhaoPoint(BitsPerSecond Rate, BitsPerSecond MeasuredRate, ZhaoQuestion Question, ImmutableArray<ZhaoOutcome> Outcomes)
{
    /// <summary>What a method did.</summary>
    public ZhaoOutcome Of(string method) => Outcomes.First(o => o.Method == method);

    /// <summary>The better of the two that send everything, as the question sees it.</summary>
    public ZhaoOutcome SendAll => Question.Better(Of(ZhaoMethod.Edge), Of(ZhaoMethod.Cloud));
}
