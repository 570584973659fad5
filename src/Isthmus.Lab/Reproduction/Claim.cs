namespace Isthmus.Lab.Reproduction;

/// <summary>A statement that a run can confirm or refute.</summary>
/// <param name="Name">The statement.</param>
/// <param name="Paper">The paper's figure; null where it is not known for certain. Nothing is quoted from memory.</param>
/// <param name="Measured">The figure of this run; null if it could not be measured.</param>
/// <param name="Unit">The unit of both, such as × or ms.</param>
/// <param name="Met">Whether this run confirms the statement; null if it says nothing about it.</param>
public sealed record Claim(string Name, double? Paper, double? Measured, string Unit, bool? Met);
