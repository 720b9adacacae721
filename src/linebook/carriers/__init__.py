"""The links to carriers, one folder or module per kind. They send what they are told and decide nothing else."""
