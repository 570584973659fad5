namespace Isthmus.Core.Planning.Assignment;

/// <summary>What becomes of one request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Node">Who answers; null if nobody does.</param>
/// <param name="Model">With which network.</param>
/// <param name="Input">What crosses; <see cref="InputEncoding.Local"/> if the device answers.</param>
/// <param name="LinkShare">The share of its link that it gets, 0…1.</param>
/// <param name="Bytes">Bytes of an image that cross.</param>
/// <param name="Accuracy">Expected, 0…1.</param>
/// <param name="Milliseconds">Predicted, waiting on the node included.</param>
/// <param name="Satisfaction">Of the user with what he gets; 0 if he is not served.</param>
/// <param name="Why">Why it is not served; null if it is.</param>
public sealed record AssignedRequest(
    AssignmentRequest Request, string? Node, string? Model, InputEncoding Input, double LinkShare, double Bytes, double Accuracy, double Milliseconds, double Satisfaction, string? Why)
{
    /// <summary>Whether it is answered.</summary>
    public bool IsServed => Node is not null;

    /// <summary>The share of the picture that crosses; 0 if nothing does.</summary>
    public double Fraction => Input.Kind == InputKind.Local ? 0 : Input.Fraction;
}
