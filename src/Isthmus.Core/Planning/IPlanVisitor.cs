namespace Isthmus.Core.Planning;

/// <summary>Sees all plans of a <see cref="PlanEnumeration"/>.</summary>
internal interface IPlanVisitor
{
    /// <summary>Whether the plans of this shape are wanted.</summary>
    bool Enters(in PlanShape shape);

    /// <summary>A plan of the shape that was entered last.</summary>
    void Visit(in PlanFigures plan);
}
